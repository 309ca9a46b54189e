"""Carries what dbt decided to the providers, once, and writes back what happened."""
