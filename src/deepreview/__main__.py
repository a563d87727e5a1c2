"""`python -m deepreview`."""

from deepreview.cli.main import main

main()
