"""The outside world, one vendor a file. Adapters fit a Protocol of the core by shape and know only its models."""
