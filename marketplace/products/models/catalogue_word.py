from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models


class CatalogueWord(models.Model):
    """A word that occurs in titles, categories or specifications: what a typo is mended to.

    Words are only added; ``rebuild_catalogue`` drops those no longer in use. A word too many does
    no harm: mending prefers nothing that the reader did not nearly type.
    """

    word = models.CharField(primary_key=True, max_length=40)
    lexeme = models.CharField(max_length=40)
    """Its stem, as full text search stores it: ``chairs`` is known when ``chair`` occurs."""

    class Meta:
        db_table = "products_catalogue_word"
        indexes = (
            models.Index(fields=["lexeme"], name="products_word_lexeme"),
            GistIndex(OpClass("word", name="gist_trgm_ops"), name="products_word_trigrams"),
        )

    def __str__(self) -> str:
        return self.word
