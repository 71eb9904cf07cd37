"""The steps of the pipeline, one file each. The story they tell together is in `ingest.pipeline`."""
