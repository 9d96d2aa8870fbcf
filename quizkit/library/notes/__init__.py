"""Learners' Markdown notes become drafts: repair the text, read its parts, write a deck and scenarios to review."""
