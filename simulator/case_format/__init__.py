"""Cases as files: YAML to payload and back, and the checks before publication.

source = read_case(text)          # parsed, every place with its line
source.payload                    # what a CaseVersion stores, canonical JSON
check_case(source.payload)        # problems: shape, references, law, balance …
dump_case(payload)                # the same payload as YAML again, loss-free
"""

from simulator.case_format.checks import check_case
from simulator.case_format.text import CaseText, dump_case, locate, read_case

__all__ = ["CaseText", "check_case", "dump_case", "locate", "read_case"]
