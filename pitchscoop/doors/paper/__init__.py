"""Sheets to be printed, as PDF. What people wrote is text in them and can be nothing else."""
