"""The house stands as its plan says."""

import netwatch


def test_the_package_says_its_version():
    assert netwatch.__version__.count(".") == 2
