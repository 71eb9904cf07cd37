"""Celery tasks of the intake."""
