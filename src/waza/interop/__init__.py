"""The way out: trained models in the formats of other libraries, with a check that they compute the same.

Importing it imports none of these libraries.
"""
