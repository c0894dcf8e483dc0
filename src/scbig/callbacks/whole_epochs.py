"""``WholeEpochs``: a run that is continued from the end of an epoch begins the next one."""

from lightning import Callback, LightningModule, Trainer


class WholeEpochs(Callback):
    """Lets a resumed trainer count the epoch that it begins.

    A checkpoint of an epoch's last batch is of an epoch that has not ended. Lightning 2.6 ends it,
    then takes the next epoch for the one it resumed, and does not count it: the run is right, its
    next checkpoint is an epoch behind, and continuing from that repeats an epoch.
    """

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Forget that training resumed within an epoch, where that epoch is over."""
        loop = trainer.fit_loop
        epochs = loop.epoch_progress.current
        if loop.restarted_mid_epoch and epochs.completed == epochs.ready:
            loop.reset_restart_stage()
