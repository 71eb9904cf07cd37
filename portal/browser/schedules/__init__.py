"""Retention schedules: the state's and agencies' own, their versions, lines and what a new one would move."""
