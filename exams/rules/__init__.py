"""Pure rules of the examination engine: values in, values out."""
