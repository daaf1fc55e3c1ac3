"""Tests of the real-time room."""
