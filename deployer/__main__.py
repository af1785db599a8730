"""`python -m deployer` is `tap`, for where the command itself is not on PATH."""

from deployer.cli import main

if __name__ == "__main__":
    main()
