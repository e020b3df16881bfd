class Team:
    """No test has one; the driver only asks whether something is one."""
