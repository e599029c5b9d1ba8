"""Units of measure as UCUM writes them, case sensitive (The Unified Code for Units of Measure, §§ 2 to 5).

An expression is made of symbols with an integer exponent, whole factors and annotations in braces, joined by ``.`` and
``/`` and grouped by parentheses. A metric symbol may carry one prefix. Nothing is converted here: the question is only
whether a text is an expression of UCUM.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MOST_CHARACTERS: Final = 200
"""A longer text is no unit: the longest of the published examples has fewer than 40 characters."""

_PREFIX_SYMBOLS: Final = "Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti"

_METRIC_SYMBOLS: Final = """
    m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc
    [c] [h] [k] [eps_0] [mu_0] [e] [m_e] [m_p] [G] [g] [ly]
    gf Ky Gal dyn erg P Bi St Mx G Oe Gb sb Lmb ph Ci R RAD REM
    cal_[15] cal_[20] cal_m cal_IT cal_th cal tex m[H2O] m[Hg] eq osm g% kat U [iU] [IU]
    Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] st mho bit By Bd
"""

_OTHER_SYMBOLS: Final = """
    10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] gon deg ' ''
    min h d a_t a_j a_g a wk mo_s mo_j mo_g mo AU atm [lbf_av]
    [in_i] [ft_i] [yd_i] [mi_i] [fth_i] [nmi_i] [kn_i] [sin_i] [sft_i] [syd_i] [cin_i] [cft_i] [cyd_i] [bf_i] [cr_i]
    [mil_i] [cml_i] [hd_i]
    [ft_us] [yd_us] [in_us] [rd_us] [ch_us] [lk_us] [rch_us] [rlk_us] [fth_us] [fur_us] [mi_us] [acr_us] [srd_us]
    [smi_us] [sct] [twp] [mil_us]
    [in_br] [ft_br] [rd_br] [ch_br] [lk_br] [fth_br] [pc_br] [yd_br] [mi_br] [nmi_br] [kn_br] [acr_br]
    [gal_us] [bbl_us] [qt_us] [pt_us] [gil_us] [foz_us] [fdr_us] [min_us] [crd_us] [bu_us] [gal_wi] [pk_us] [dqt_us]
    [dpt_us] [tbs_us] [tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m]
    [gal_br] [pk_br] [bu_br] [qt_br] [pt_br] [gil_br] [foz_br] [fdr_br] [min_br]
    [gr] [lb_av] [oz_av] [dr_av] [scwt_av] [lcwt_av] [ston_av] [lton_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap]
    [dr_ap] [oz_ap] [lb_ap] [oz_m]
    [lne] [pnt] [pca] [pnt_pr] [pca_pr] [pied] [pouce] [ligne] [didot] [cicero]
    [degF] [degR] [degRe] [Cal] [Btu_39] [Btu_59] [Btu_60] [Btu_m] [Btu_IT] [Btu_th] [Btu] [HP] [den]
    [in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] [p'diop] %[slope] [mesh_i] [Ch] [drp] [hnsf'U] [MET]
    [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C] [kp_M] [kp_Q]
    [pH] [S] [HPF] [LPF] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U]
    [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U]
    [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] Ao b att [psi] circ sph [car_m] [car_Au] [smoot] [m/s2/Hz^(1/2)] [NTU] [FNU]
    bit_s
"""

_PREFIXES: Final = frozenset(_PREFIX_SYMBOLS.split())
_METRIC: Final = frozenset(_METRIC_SYMBOLS.split())
_NOT_METRIC: Final = frozenset(_OTHER_SYMBOLS.split())

_COMPONENT: Final = re.compile(
    r"""(?: (?P<symbol> 10[*^] | (?: [^\s\d()+\-./{}\[\]=] | \[[^\s\[\]{}]+\] )+ ) (?: [+-]?[0-9]+ )?
          | [0-9]+ (?![*^])
          | (?=\{) )
        (?: \{[^{}]*\} )?""",
    re.VERBOSE,
)
_CLOSING: Final = re.compile(r"\)(?:\{[^{}]*\})?")


def is_unit(text: str) -> bool:
    """Whether ``text`` is an expression of UCUM; the empty text is none."""
    return fault(text) is None


@lru_cache(maxsize=4096)
def fault(text: str) -> str | None:
    """What no expression of UCUM has: the unknown symbol, or the rest from where it cannot be read; None for a unit.

    An expression that stops too early is wrong as a whole.
    """
    if not text or len(text) > MOST_CHARACTERS:
        return text[:MOST_CHARACTERS]
    place, open_groups, length = (1 if text[0] == "/" else 0), 0, len(text)
    while True:
        while text[place : place + 1] == "(":
            open_groups += 1
            place += 1
        component = _COMPONENT.match(text, place)
        if component is None:
            return text[place:] or text
        symbol = component["symbol"]
        if symbol is not None and not _is_symbol(symbol):
            return symbol
        place = component.end()
        while closing := _CLOSING.match(text, place):
            open_groups -= 1
            if open_groups < 0:
                return text[place:]
            place = closing.end()
        if place == length:
            return None if open_groups == 0 else text
        if text[place] not in "./":
            return text[place:]
        place += 1


def _is_symbol(symbol: str) -> bool:
    if symbol in _METRIC or symbol in _NOT_METRIC:
        return True
    return any(symbol[:cut] in _PREFIXES and symbol[cut:] in _METRIC for cut in (1, 2))
