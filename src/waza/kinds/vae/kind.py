"""Variational autoencoders of images, as a kind of model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from waza.kinds.kind import Kind, Outcome, Told
from waza.kinds.using import Lines, Predictions
from waza.kinds.vae.options import VAEOptions, VAEUseOptions


class VAEKind(Kind):
    """Variational autoencoders that learn from a user's images, which need no classes."""

    data = "images without classes"
    data_help = "a folder of images, with or without subfolders, or a data set's name (see: waza data list)"
    unit = "images"
    measures = ("loss", "reconstruction", "kl", "nll")
    models: ClassVar = {
        "vae": {
            "en": "a variational autoencoder, which compresses images and draws new ones",
            "ja": "画像を圧縮し、新しい画像を生成する変分オートエンコーダ",
        }
    }
    options = VAEOptions
    use_options = VAEUseOptions
    preparation = "vae"
    folder = Path(__file__).parent
    piped = ".png"

    def read(self, asked: VAEOptions, progress: Told | None) -> Any:
        """The images, as a `PlainImages`."""
        from waza.kinds.vae.images import drawn, plain_images

        return drawn(plain_images(asked.data, asked.size, progress), asked.binarisation == "static")

    def takes(self, data: Any) -> bool:
        """A folder, a data set's name, or images in memory with or without labels."""
        from waza.data.given import array_of, is_frame, is_images, is_table_file

        if isinstance(data, str | Path):
            return not is_table_file(data)
        return is_images(data) or not (
            isinstance(data, tuple) or is_frame(data) or array_of("x", data).ndim not in (3, 4)
        )

    def given(self, asked: VAEOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The images, as a `PlainImages`."""
        from waza.core.errors import Error
        from waza.kinds.vae.images import drawn, plain_images_in_memory

        if isinstance(data, str | Path):
            return super().given(asked, data, target, progress)
        found = plain_images_in_memory(data)
        if asked.size is not None and asked.size != found.preparation.size:
            raise Error(f"size={asked.size} is given, and the images are {found.preparation.size}: leave size out")
        return drawn(found, asked.binarisation == "static")

    def settle(self, asked: VAEOptions, material: Any) -> VAEOptions:
        """The options with nothing left open."""
        from waza.kinds.vae.learner import settle

        return settle(asked, material)

    def learner(self, settled: VAEOptions, material: Any) -> Any:
        """The model with its optimizer and its bound."""
        from waza.kinds.vae.learner import learner

        return learner(settled, material)

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """The model, with its importance-weighted estimate and the divergence of each dimension."""
        from waza.kinds.vae.outcome import outcome

        return outcome(learner, material, trained)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """Whether the model is untrained, no better than the mean image, or makes no use of its code."""
        from waza.kinds.vae.outcome import findings

        return findings(material, result, best)

    def remarks(self, result: Mapping[str, Any], language: str) -> Sequence[str]:
        """The importance-weighted estimate, and the number of active dimensions."""
        from waza.kinds.vae.telling import remarks

        return remarks(result, language)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: samples, reconstructions, the latent plane, and the divergence of each dimension over steps."""
        from waza.kinds.vae.page import vae_page

        return vae_page(model, material, training, language)

    def preparation_type(self) -> Any:
        """`VAEPreparation`."""
        from waza.kinds.vae.preparation import VAEPreparation

        return VAEPreparation

    def model_type(self) -> Any:
        """`VAEModel`."""
        from waza.kinds.vae.model import VAEModel

        return VAEModel

    def use(self, model: Any, asked: VAEUseOptions, language: str) -> Predictions | Lines:
        """A picture of samples, reconstructions or an interpolation, or the codes of images."""
        from waza.kinds.vae.use import use

        return use(model, asked)

    def exportable(self, model: Any) -> Any:
        """The encoder from bytes, and the decoder to shades."""
        from waza.kinds.vae.exported import exportable

        return exportable(model)


KIND = VAEKind()
