class TeamRunOutput:
    """No test has one."""
