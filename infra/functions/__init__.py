"""Small Lambdas that only a cloud needs: they make tables and views, start things, and look whether all is fresh."""
