"""What may be a hazard, as candidates for a person to judge: never a fact by itself."""
