"""Composes the message, keeps the retry timetable, speaks SMTP."""
