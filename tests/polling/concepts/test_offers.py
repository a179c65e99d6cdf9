"""What mappings offer is worked out once for all like devices, and read where a device has something of it."""

from __future__ import annotations

import pytest

from netwatch.model import CONCEPTS
from netwatch.polling.concepts.concept_reader import ConceptReader
from netwatch.polling.concepts.offers import offers_of
from netwatch.profiles import ProfileLibrary, load_library


@pytest.fixture(scope="module")
def library() -> ProfileLibrary:
    return load_library()


@pytest.fixture(scope="module")
def maps(library: ProfileLibrary):
    return tuple(dict.fromkeys(one for name in library.names() for one in library.named(name).concepts))


def test_like_devices_share_what_mappings_offer(library, maps):
    assert offers_of(library, maps) is offers_of(library, maps)
    assert offers_of(library, maps[:1]) is not offers_of(library, maps)


def test_every_mapping_is_offered_once_in_its_order(library, maps):
    found = [source.map for offer in offers_of(library, (*maps, *maps)).values() for source in offer.sources]

    assert sorted(map(id, found)) == sorted(map(id, maps))
    assert {source.map.concept for source in offers_of(library, maps)["interface"].sources} == {"interface"}


def test_a_concept_that_nothing_is_mapped_onto_any_more_is_read_of_nothing(library, maps):
    reader = ConceptReader("sw1", CONCEPTS["interface"], None)
    reader.take(offers_of(library, maps)["interface"])

    assert offers_of(library, ()) == {}
    assert list(reader._sources) == []
