module example.com/rich-content

go 1.27
