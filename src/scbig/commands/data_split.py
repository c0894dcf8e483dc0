"""``scbig data split``: make a split of a file, say what is in it, and write it."""

from scbig.commands.screen_file import ScreenFile
from scbig.data.splits.split_rule import SplitRule


def split(
    data: ScreenFile,
    out: str,
    split: SplitRule | None = None,
    rule: str | None = None,
    seed: int | None = None,
) -> None:
    """Make a split of the conditions of a file; no model is trained.

    Printed: sizes, subgroups of the test by targets with a training single (effective_seen) and by
    targets with any condition of training or validation (label_seen), hashes of the lists and of
    the names they were drawn from, and what is on no side.

    Args:
        data: the file and how it is to be read.
        out: JSON file to write; fit takes it with --data.split
            scbig.data.splits.split_file.SplitFile --data.split.path OUT.
        split: the rule and its settings, by class path.
        rule: the rule by the name of its module, with its default settings: simulation, additive,
            single, holdout, ...
        seed: of the rule that is given by its name.
    """
    import json
    from dataclasses import replace
    from pathlib import Path

    from scbig.data.schema import read_screen
    from scbig.data.split_description import split_document, split_table
    from scbig.data.split_rules import rule_named
    from scbig.errors import UserError

    if (split is None) == (rule is None) or (split is not None and seed is not None):
        raise UserError(
            "give the rule once: --rule NAME, with --seed if you like, or --split CLASS with its "
            "settings as --split.NAME VALUE"
        )
    target = Path(out)
    if not target.parent.is_dir():
        raise UserError(f"--out {out}: the folder {target.parent} does not exist")
    chosen = split if split is not None else rule_named(str(rule), seed)
    screen = read_screen(data.path, replace(data.contract, annotations=chosen.columns))
    labels = {column: screen.label_by_condition(column) for column in chosen.columns}
    made = chosen.split(screen.conditions, labels)
    document = split_document(made, screen.conditions, chosen)
    target.write_text(json.dumps(document, indent=1) + "\n")
    for line in (*split_table(made, screen.conditions, chosen), *screen.reported):
        print(line)
    print(target)
