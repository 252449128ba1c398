"""PitchScoop records pitches, keeps the audio safe, and plays them back."""

__version__ = "0.1.0"
