"""What the driver of Agno touches of it, for tests that must run without the framework. Not Agno itself."""
