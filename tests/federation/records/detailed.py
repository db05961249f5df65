def unreviewed(one: AgencyFiling) -> AgencyFiling:
    """The same filing before its first review."""
    return one.model_copy(update={"reviewed_year": None, "review_result": None})
