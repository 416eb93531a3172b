"""Which artefacts of the zoo are compared without gradients, and why; all others with respect to weights and inputs."""

_NO_GRAPH = "no graph of TF1 runs here that could be differentiated"

#: Artefact -> words of the reason that its report must give for going without.
WITHOUT = {
    **dict.fromkeys(
        [
            *(
                "cudnn_gru",
                "cudnn_gru_bidirectional",
                "cudnn_lstm",
                "cudnn_lstm_bidirectional",
                "cudnn_lstm_lengths",
            ),
            *("cudnn_rnn_relu", "cudnn_rnn_tanh"),
            *("h5_cudnn_bidirectional", "h5_cudnn_gru", "h5_cudnn_lstm"),
            *("h5_bidirectional", "h5_gru", "h5_gru_reset_after", "h5_lstm", "h5_rnn_of_cells"),
            *("h5_mask_zero", "h5_masking", "h5_simple_rnn", "h5_stacked", "h5_v2_lstm"),
            *("object_checkpoint", "weights_alone_assumed", "weights_alone_before_1_2"),
            *("weights_alone_bidirectional", "weights_alone_bidirectional_of_0_x"),
            *("weights_alone_defaults", "weights_alone_v1"),
        ],
        _NO_GRAPH,
    ),
    **dict.fromkeys(
        [
            *("cudnn_compatible_lstm", "lstm_block_cell", "lstm_block_cell_options"),
            *("lstm_block_cell_stack", "lstm_block_cell_step", "ptb_model"),
        ],
        "(op type: LSTMBlockCell)",
    ),
    **dict.fromkeys(["gru_block_cell", "gru_block_cell_v2"], "(op type: GRUBlockCell)"),
    "fused_options": "the gradient of TF1's BlockLSTM goes through cell_clip as if nothing were clipped",
}


def gradient_flaws(name, entry, case):
    """What is wrong with the gradients of one proof, as a list of sentences.

    Args:
        name: the artefact's.
        entry: the manifest's entry of the model.
        case: the `CaseReport` of its proof.
    """
    found = {
        one.name.removeprefix("gradient of ") for one in case.tensors if one.name.startswith("gradient of ")
    }
    notes = [note for note in case.notes if "no gradients were compared" in note]
    if name in WITHOUT:
        said = [note for note in notes if WITHOUT[name] in note]
        return ([] if said else ["the reason is not said"]) + [f"{one} was compared" for one in sorted(found)]
    floats = {one["tf1"] for one in entry["inputs"] if "float" in one["dtype"]}
    wanted = floats | {
        *entry["variables"],
        *(name for one in entry["computed_weights"] for name in one["from"]),
    }
    return [f"{one} was not compared" for one in sorted(wanted - found)] + notes
