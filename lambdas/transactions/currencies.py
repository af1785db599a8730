"""The codes of ISO 4217: which are current, which were, and how many decimals an amount of each has.

Source: lists one and three of the maintenance agency, SIX Group, both published on 2026-01-01:
https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html
List three has no minor units: those of withdrawn codes are what list one had last, as the JDK's `java.util.Currency`
keeps them. Used by `money` and, for a field's `tap.currencies`, by `fields` and `rules`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType


def _words(text: str) -> list[str]:
    return text.split()


_TWO_DECIMALS = _words("""
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
""")
MINOR_UNITS: Mapping[str, int] = MappingProxyType(  # of current codes that have not two
    {
        **dict.fromkeys(_words("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
        **dict.fromkeys(_words("BHD IQD JOD KWD LYD OMR TND"), 3),
        **dict.fromkeys(_words("CLF UYW"), 4),
    }
)
CURRENT = frozenset({*_TWO_DECIMALS, *MINOR_UNITS})

# Minor unit "N.A." in list one: metals and units of account. XTS (tests) and XXX (no currency) are left out: an amount
# of neither is money.
NO_MINOR_UNIT = frozenset(_words("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XUA"))

# Code and month of withdrawal, the last of several; where the list has years alone, the last month of the last year.
# A code that is current for others, such as EUR of Serbia and Montenegro, is not here.
_WITHDRAWN = _words("""
    ADP:2003-07 AFA:2003-01 ALK:1989-12 ANG:2025-03 AOK:1991-03 AON:2000-02 AOR:2000-02 ARA:1992-01 ARP:1985-07
    ARY:1990-12 ATS:2002-03 AYM:2005-10 AZM:2005-12 BAD:1998-07 BEC:1990-03 BEF:2002-03 BEL:1990-03 BGJ:1990-12
    BGK:1990-12 BGL:2003-11 BGN:2026-01 BOP:1987-02 BRB:1986-03 BRC:1989-02 BRE:1993-03 BRN:1990-03 BRR:1994-07
    BUK:1990-02 BYB:2001-01 BYR:2017-01 CHC:2004-11 CSD:2006-10 CSJ:1990-12 CSK:1993-03 CUC:2021-06 CYP:2008-01
    DDM:1990-09 DEM:2002-03 ECS:2000-09 ECV:2000-09 EEK:2011-01 ESA:1981-12 ESB:1994-12 ESP:2002-03 FIM:2002-03
    FRF:2002-03 GEK:1995-10 GHC:2008-01 GHP:2007-06 GNE:1989-12 GNS:1986-02 GQE:1986-06 GRD:2002-03 GWE:1981-12
    GWP:1997-05 HRD:1995-01 HRK:2023-01 IEP:2002-03 ILP:1981-12 ILR:1990-12 ISJ:1990-12 ITL:2002-03 LAJ:1979-12
    LSM:1985-05 LTL:2014-12 LTT:1993-07 LUC:1990-03 LUF:2002-03 LUL:1990-03 LVL:2014-01 LVR:1994-12 MGF:2004-12
    MLF:1984-11 MRO:2017-12 MTL:2008-01 MTP:1983-06 MVQ:1989-12 MXP:1993-01 MZE:1981-12 MZM:2006-06 NIC:1990-10
    NLG:2002-03 PEH:1990-12 PEI:1991-07 PES:1986-02 PLZ:1997-01 PTE:2002-03 RHD:1981-12 ROK:1990-12 ROL:2005-06
    RUR:2004-01 SDD:2007-07 SDP:1998-06 SIT:2007-01 SKK:2009-01 SLL:2023-12 SRG:2003-12 STD:2017-12 SUR:1990-12
    TJR:2001-04 TMM:2009-01 TPE:2002-11 TRL:2005-12 UAK:1996-09 UGS:1987-05 UGW:1990-12 USS:2014-03 UYN:1989-12
    UYP:1993-03 VEB:2008-01 VEF:2018-08 VNC:1990-12 XEU:1999-01 XFO:2006-10 XFU:2013-11 XRE:1999-11 YDD:1991-09
    YUD:1990-01 YUM:2003-07 YUN:1995-11 ZAL:1995-03 ZMK:2012-12 ZRN:1999-06 ZRZ:1994-02 ZWC:1989-12 ZWD:2008-08
    ZWL:2024-09 ZWN:2006-09 ZWR:2009-06
""")
WITHDRAWN: Mapping[str, str] = MappingProxyType(dict(one.split(":") for one in _WITHDRAWN))

_WITHDRAWN_WITH_TWO = _words("""
    AFA ANG ATS AYM AZM BGL BGN CSD CUC CYP DEM EEK FIM FRF GHC GWP HRK IEP LTL LVL MRO MTL MZM NLG RUR SDD SIT SKK
    SLL SRG STD TMM USS VEB VEF YUM ZMK ZWD ZWL ZWN ZWR
""")
_WITHDRAWN_UNITS = {
    **dict.fromkeys(WITHDRAWN),
    **dict.fromkeys(_words("ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE ROL TPE TRL"), 0),
    **dict.fromkeys(_WITHDRAWN_WITH_TWO, 2),
}
# All that are not two, with None where there is no minor unit or none is known any more
UNITS: Mapping[str, int | None] = MappingProxyType(
    {
        **MINOR_UNITS,
        **dict.fromkeys(sorted(NO_MINOR_UNIT)),
        **{code: units for code, units in _WITHDRAWN_UNITS.items() if units != 2},
    }
)

LISTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"current": CURRENT, "historic": frozenset(WITHDRAWN), "no-minor-unit": NO_MINOR_UNIT}
)


def minor_units(currency: str) -> int | None:
    """Decimals of a currency: 0 for JPY and jpy, 3 for KWD, 2 for most; None for what has none, such as gold."""
    return UNITS.get(currency.upper() if currency.isascii() else currency, 2)


def codes(lists: Iterable[str]) -> tuple[str, ...]:
    """The codes of some of `LISTS`, in their order."""
    return tuple(sorted({code for one in lists for code in LISTS[one]}))


def withdrawn_before(currency: str, moment: str) -> str | None:
    """The month in which a currency was withdrawn, where that is before a time in ISO 8601 and UTC; None of others."""
    month = WITHDRAWN.get(currency)
    return month if month is not None and month < moment[:7] else None
