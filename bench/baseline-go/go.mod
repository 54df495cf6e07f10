module baseline

go 1.26
