"""What every app's admin.py builds on: records that are read, and buttons that run business acts with a reason.

Program staff never type into a record. Import from the modules below, not from here: Django loads this package early.
"""
