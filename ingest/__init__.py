"""Everything that touches the outside world, and the wiring of the whole house."""
