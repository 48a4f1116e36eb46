"""The programme files: read with places for errors, checked whole, created, compared, updated."""
