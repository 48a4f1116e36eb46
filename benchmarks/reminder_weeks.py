"""x"""
PARTS = ()
