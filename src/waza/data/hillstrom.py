"""Hillstrom's e-mail campaign: a randomised experiment with 64,000 customers and three arms."""

from waza.data.published import PublishedFile

NAME = "Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv"
FILES = (
    PublishedFile(
        "hillstrom",
        f"http://www.minethatdata.com/{NAME}",  # offers no https; the sha256 detects a forgery
        NAME,
        "0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece",
    ),
)
ARM, CONTROL = "segment", "No E-Mail"
REWARDS = ("visit", "conversion", "spend")


def hillstrom() -> str:
    """The path of the verified file: 64,000 customers of a shop, who received one of two e-mails or none, at random.

    Columns: seven of the customer's last year (recency, history_segment, history, mens, womens, zip_code, newbie,
    channel), the arm (segment), and what followed within two weeks (visit, conversion, spend). There is no number of
    the customer, and 6,562 rows repeat.

    Source: Kevin Hillstrom, "The MineThatData e-mail analytics and data mining challenge", 2008.

    Raises:
        Error: the file is missing or damaged; the message says how to get it.
    """
    (file,) = FILES
    file.read()
    return str(file.path)
