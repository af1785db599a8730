"""Which code page a text is in that is not UTF-8."""

import pytest

from pipeline.schema_proposal.code_pages import code_page


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Müller Straße Größe Übertrag STRAßE", "windows-1252"),
        ("Société Crédit œuvre Noël 5€ «été»", "windows-1252"),
        ("Société Crédit œuvre Noël", "mac-roman"),
        ("Åke Öberg köp kött", "cp850"),
        ("Łódź Kraków wpłata należność żółć", "windows-1250"),
        ("Привет оплата счёт Москва", "windows-1251"),
        ("Πληρωμή λογαριασμού Αθήνα", "windows-1253"),
    ],
)
def test_a_code_page_is_known_by_the_words_that_it_makes(text: str, page: str) -> None:
    """The words are shown too, as only a person can know them."""
    found = code_page(text.encode(page))

    assert found is not None
    assert found[0] == page
    assert text.split()[0] in found[1]
