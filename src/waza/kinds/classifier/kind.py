"""Classifiers of images, as a kind of model."""

from pathlib import Path
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.kinds.classifier.networks import NETWORKS
from waza.kinds.classifier.options import ImageInput, ImageOptions
from waza.kinds.kind import Kind, Told


class Classifier(Kind):
    """Networks that classify a user's images."""

    data = "images"
    data_help = "a folder with one subfolder of images per class, or a data set's name (see: waza data list)"
    unit = "images"
    measures = ("loss", "accuracy")
    models: ClassVar = {name: network.about for name, network in NETWORKS.items()}
    options = ImageOptions
    use_options = ImageInput
    preparation = "images"
    folder = Path(__file__).parent
    piped = ".png"

    def read(self, asked: ImageOptions, progress: Told | None) -> Any:
        """The images, as an `Images`."""
        from waza.kinds.classifier.images import images, mirrored

        side = NETWORKS[asked.model].size
        found = images(asked.data, asked.size, (side, side), progress)
        return mirrored(found) if asked.augment else found

    def takes(self, data: Any) -> bool:
        """A folder, a data set's name, or images in memory."""
        from waza.data.given import is_images, is_table_file

        return is_images(data) or (super().takes(data) and not is_table_file(data))

    def given(self, asked: ImageOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The images, as an `Images`."""
        from waza.kinds.classifier.images import images_in_memory, mirrored

        if isinstance(data, str | Path):
            return super().given(asked, data, target, progress)
        found = images_in_memory(data)
        if asked.size is not None and asked.size != found.preparation.size:
            raise Error(f"size={asked.size} is given, and the images are {found.preparation.size}: leave size out")
        return mirrored(found) if asked.augment else found

    def settle(self, asked: ImageOptions, material: Any) -> ImageOptions:
        """The options with nothing left open."""
        from waza.kinds.classifier.learner import settle

        return settle(asked, material)

    def learner(self, settled: ImageOptions, material: Any) -> Any:
        """The network with its optimizer and its augmentation, as a `Supervised`."""
        from waza.kinds.classifier.learner import learner

        return learner(settled, material)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: confusion matrix, saliency, filters and feature maps."""
        from waza.kinds.classifier.page import image_page

        return image_page(model, material, training, language)

    def preparation_type(self) -> Any:
        """`ImagePreparation`."""
        from waza.data.image_preparation import ImagePreparation

        return ImagePreparation

    def exportable(self, model: Any) -> Any:
        """The network from bytes to probabilities."""
        from waza.kinds.exported import image_classifier

        return image_classifier(model)


KIND = Classifier()
