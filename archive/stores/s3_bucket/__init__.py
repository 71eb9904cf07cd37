"""One bucket of an S3 server: requests in, facts out. Nothing else knows boto3."""
