"""What stands behind the screens of clusters, homes and lawns: map data, looks, words, the screens' own addresses."""
