"""Signing up, signing in, and what protects it: allauth, fitted to this house."""
