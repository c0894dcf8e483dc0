"""Addresses of the hosts that keep public screens."""


def zenodo(file: str, *records: int) -> tuple[str, ...]:
    """A file in one or several Zenodo records."""
    return tuple(f"https://zenodo.org/records/{r}/files/{file}?download=1" for r in records)


def figshare(number: int) -> str:
    """A figshare file; ``plus.figshare.com`` redirects here."""
    return f"https://ndownloader.figshare.com/files/{number}"


def dataverse(number: int) -> str:
    """A Harvard Dataverse file."""
    return f"https://dataverse.harvard.edu/api/access/datafile/{number}"


def pertpy(name: str) -> str:
    """An example file of pertpy."""
    return f"https://exampledata.scverse.org/pertpy/{name}.h5ad"


def hugging_face(data_set: str, file: str) -> str:
    """A file of a Hugging Face data set."""
    return f"https://huggingface.co/datasets/{data_set}/resolve/main/{file}"
