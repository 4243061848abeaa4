"""What two papers say side by side: Word against scan, a seal against its place. Values against
values; opens nothing.
"""
