"""Years of a chain's figures at once, seeded: any store, day or hour can be made alone and comes out the same."""
