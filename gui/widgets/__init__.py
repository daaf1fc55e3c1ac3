"""Controls and views: values in, signals out. They know no engine and no model family."""
