"""Reviews that were made elsewhere take seats in a run: texts, SARIF, rdjson, comments of a pull request, JSON."""
