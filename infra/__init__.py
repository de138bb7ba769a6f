"""The cloud: one CDK app, its settings by stage, and the small functions that only a cloud needs.

`settings.py` says what a stage may choose, `app.py` puts the stacks together, and one module describes each part.
`functions/` and `batch/` run in the cloud and import neither the rest of this package nor CDK.
"""
