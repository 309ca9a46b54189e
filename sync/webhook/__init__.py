"""The receiver of webhooks: who may say something, and where it is kept."""
