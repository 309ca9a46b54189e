"""The templates a provider lists, fetched into `raw_templates`; sending needs none."""
