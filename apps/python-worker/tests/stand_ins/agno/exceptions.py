class AgnoError(Exception):
    """As Agno's own: the words, and the status of an answer."""

    def __init__(self, message: str, status_code: int = 500) -> None:
        super().__init__(message)
        self.status_code = status_code
