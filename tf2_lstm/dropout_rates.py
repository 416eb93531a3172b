"""The rates of dropout of a whole model: one call, where a TF1 program feeds keep_prob."""

import keras

from tf2_lstm.private import gone
from tf2_lstm.wrappers import RATES, DropoutWrapper


def set_dropout(model, rates):
    """Set the rates of dropout of a model, of `keras.layers.Dropout` and of `DropoutWrapper`, also inside of others.

    They act with `training=True` only, in `fit` too: call it on the model that is fitted. Its compiled functions are
    compiled again; a `tf.function` of your own keeps the rates of a `Dropout` that it was traced with. A model that is
    saved afterwards has the new rates.

    Args:
        model: a Keras model, such as `tf2_lstm.load_model` returns.
        rates: one rate for all places, 1 - keep_prob; or a dict from a place to its rate, which leaves the others.

    Returns:
        A dict of all places and their rates now. A place is the names of the layers from the model inwards, joined by
        "/", of a wrapper with "input_dropout", "state_dropout" or "output_dropout" at its end.

    Raises:
        ValueError: a rate is not from 0 to 1, the model has no dropout, or no such place.
        UserError: a Keras is installed whose layers cannot be given the generator that a rate of 0 went without.

    ```python
    import keras
    from tf2_lstm import set_dropout

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.0, name="dropout")])
    print(set_dropout(model, 0.5))
    print(set_dropout(model, {"dropout": 0.2}))
    ```
    """
    places = dropout_places(model)
    if not places:
        raise ValueError(
            f"set_dropout: expected a model with keras.layers.Dropout or tf2_lstm.DropoutWrapper, found none in "
            f"{model.name!r}. Set the rate where the model is built."
        )
    rates = rates if isinstance(rates, dict) else dict.fromkeys(places, rates)
    for place, rate in rates.items():
        _check(place, rate, places)
    for place, rate in rates.items():
        _set(*places[place], float(rate))
    if any(name == "rate" for _, name in (places[place] for place in rates)):
        _compile_again(model)
    return {place: _rate(*found) for place, found in places.items()}


def dropout_places(model):
    """Return the places of dropout in a model: a dict from each to (layer, name of its rate).

    Args:
        model: a Keras model.

    ```python
    import keras
    from tf2_lstm import RNN, DropoutWrapper, LSTMCell
    from tf2_lstm.dropout_rates import dropout_places

    cell = DropoutWrapper(LSTMCell(4), output_dropout=0.5)
    print(list(dropout_places(keras.Sequential([keras.Input((None, 3)), RNN(cell, name="rnn")]))))
    ```
    """
    found, seen, waiting = {}, set(), [("", model)]
    while waiting:
        path, layer = waiting.pop(0)
        if id(layer) not in seen:
            seen.add(id(layer))
            found.update(
                (f"{path}/{name}" if name else path, (layer, name or "rate")) for name in _names(layer)
            )
            waiting[:0] = [(f"{path}/{name}" if path else name, inner) for name, inner in _inside(layer)]
    return found


def _names(layer):
    """Return the names of a layer's rates, "" for the only one of a Dropout."""
    if isinstance(layer, DropoutWrapper):
        return [name for name in RATES if getattr(layer, name) is not None]
    return [""] if isinstance(layer, keras.layers.Dropout) else []


def _inside(layer):
    """List (name, layer) of the layers in a layer's attributes, by themselves or in a list."""
    if isinstance(layer, keras.Model):
        return [(one.name, one) for one in layer.layers]
    held = {name: one for name, one in vars(layer).items() if not name.startswith("_")}
    listed = [
        (f"{name}/{n}", one)
        for name, ones in held.items()
        if isinstance(ones, (list, tuple))
        for n, one in enumerate(ones)
    ]
    return [(name, one) for name, one in [*held.items(), *listed] if isinstance(one, keras.layers.Layer)]


def _check(place, rate, places):
    if place not in places:
        raise ValueError(f"set_dropout: expected one of the places {', '.join(places)}; received {place!r}.")
    if not isinstance(rate, (int, float)) or isinstance(rate, bool) or not 0 <= rate <= 1:
        raise ValueError(
            f"set_dropout: expected a rate from 0 to 1, 1 - keep_prob; received {rate!r} for {place}."
        )


def _set(layer, name, rate):
    if name != "rate":
        layer.set_rate(name, rate)
        return
    if rate and getattr(layer, "seed_generator", None) is None:
        _give_generator(layer)
    layer.rate = rate


def _give_generator(layer):
    """Give a Dropout the generator that Keras makes for a rate above 0, though a built layer takes nothing new."""
    tracker = getattr(layer, "_tracker", None)
    if tracker is None:
        raise gone(
            "keras.layers.Layer._tracker", "to set the rate of a keras.layers.Dropout that was built with 0"
        )
    tracker.unlock()
    try:
        layer.seed_generator = keras.random.SeedGenerator(layer.seed)
    finally:
        tracker.lock()


def _rate(layer, name):
    rate = getattr(layer, name)
    return float(rate if isinstance(rate, (int, float)) else keras.ops.convert_to_numpy(rate))


def _compile_again(model):
    """Drop the functions that Keras compiled of the model: they have the rate of a Dropout as a number."""
    for name in ("train_function", "test_function", "predict_function"):
        if getattr(model, name, None) is not None:
            setattr(model, name, None)
