"""The command line: routes a command, and turns bad input into one line and exit code 2."""

import os
import sys

from scbig import __version__
from scbig.commands.routes import POSITIONAL, commands_for
from scbig.errors import UserError

TRAINER_COMMANDS = ("fit", "validate", "test")
#: Options that name a file and have further options below them.
FILE_OPTIONS = ("--data", "--predicted", "--truth")

USAGE = f"""scbig {__version__}: predict how single cells respond to unmeasured perturbations

usage: scbig COMMAND [OPTIONS]

  fit       train a model or baseline       scbig fit --config conf/base.yaml --data.path F.h5ad
  validate  score on the validation side    scbig validate --config RUN/config.yaml --ckpt_path last
  test      score beside all baselines      scbig test --config RUN/config.yaml --ckpt_path best
  predict   cells of new perturbations      scbig predict --ckpt_path C --data.path NEW.h5ad
                                              --perturbations "KLF1,CEBPA+KLF1" --out P.h5ad
  evaluate  score predictions of any tool   scbig evaluate --predicted P.h5ad --truth T.h5ad
                                              --split S.json
  modules   gene-relation clustering alone  scbig modules F.h5ad --out M.json
  data      public screens                  scbig data list
            download one                    scbig data fetch norman2019
            look at a file                  scbig data check F.h5ad
            bring it into form              scbig data import F.h5ad --out S.h5ad
            make a split                    scbig data split F.h5ad --rule simulation --out S.json
            find leaks                      scbig data audit F.h5ad --split S.json
            pack for reading from disk      scbig data pack F.h5ad --out S.zarr
            make the synthetic screen       scbig data make --out FOLDER
            make or check embeddings        scbig data prior build --go G --string S --out E.npz
  doctor    versions, devices, a test step  scbig doctor

Every command explains itself with --help.
"""


def main() -> None:
    """Entry point of the console script.

    Exit codes: 0 done, 2 the input is wrong (one line on stderr), 1 a bug (traceback).
    """
    command = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if command in ("-h", "--help"):
        print(USAGE, end="")
        return
    if command == "--version":
        print(f"scbig {__version__}")
        return
    try:
        _run(command)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader of a pipe, such as head, has gone; what is left to flush goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UserError as error:
        print(f"scbig {command}: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _run(command: str) -> None:
    # imports wait until a command needs them: --help of a command stays fast
    if command in TRAINER_COMMANDS:
        from scbig.commands.train import train

        train()
        return
    from jsonargparse import auto_cli

    arguments = with_paths(sys.argv[1:])
    auto_cli(commands_for(arguments), as_positional=False, prog="scbig", args=arguments)


def with_paths(arguments: list[str]) -> list[str]:
    """``--truth T.h5ad`` is short for ``--truth.path T.h5ad``, and so for every file option.

    So is a file or a name right after a command that takes one.
    """
    for words, option in POSITIONAL.items():
        n = len(words)
        found = tuple(arguments[:n]) == words
        if found and arguments[n : n + 1] and arguments[n][:1] not in ("-", ""):
            arguments = [*words, option, *arguments[n:]]
    split = (argument.partition("=") for argument in arguments)
    return [
        f"{name}.path{equals}{value}" if name in FILE_OPTIONS else name + equals + value
        for name, equals, value in split
    ]
